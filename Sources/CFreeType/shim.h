#include <ft2build.h>
#include FT_FREETYPE_H

// Load flags are macros with casts, which Swift does not import.
static const FT_Int32 RHUMB_FT_LOAD_COLOR = FT_LOAD_COLOR;
