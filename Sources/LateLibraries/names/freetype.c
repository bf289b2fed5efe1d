// The functions of FreeType that Rhumb calls.
#include "../trampoline.h"

LATE(LATE_FREETYPE, FT_Done_Face)
LATE(LATE_FREETYPE, FT_Done_FreeType)
LATE(LATE_FREETYPE, FT_Get_Char_Index)
LATE(LATE_FREETYPE, FT_Init_FreeType)
LATE(LATE_FREETYPE, FT_Library_Version)
LATE(LATE_FREETYPE, FT_Load_Glyph)
LATE(LATE_FREETYPE, FT_New_Face)
LATE(LATE_FREETYPE, FT_Select_Size)
