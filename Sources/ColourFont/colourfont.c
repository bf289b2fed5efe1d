#include "colourfont.h"

#include <stdlib.h>

#include <ft2build.h>
#include FT_FREETYPE_H

struct colourfont {
    FT_Library library;
    FT_Face face;
};

colourfont *colourfont_open(const char *path, int *code) {
    colourfont *font = calloc(1, sizeof *font);
    if (!font) {
        *code = FT_Err_Out_Of_Memory;
        return NULL;
    }
    *code = FT_Init_FreeType(&font->library);
    if (!*code) *code = FT_New_Face(font->library, path, 0, &font->face);
    if (!*code && (font->face->num_fixed_sizes == 0 || FT_Select_Size(font->face, 0) != 0)) *code = COLOURFONT_NO_BITMAPS;
    if (!*code) return font;
    colourfont_close(font);
    return NULL;
}

void colourfont_close(colourfont *font) {
    if (!font) return;
    if (font->face) FT_Done_Face(font->face);
    if (font->library) FT_Done_FreeType(font->library);
    free(font);
}

int colourfont_draw(colourfont *font, uint32_t character, colourfont_bitmap *bitmap) {
    const FT_UInt glyph = FT_Get_Char_Index(font->face, character);
    if (glyph == 0) return COLOURFONT_NO_GLYPH;
    const FT_Error code = FT_Load_Glyph(font->face, glyph, FT_LOAD_COLOR);
    if (code) return code;
    const FT_Bitmap *drawn = &font->face->glyph->bitmap;
    if (drawn->pixel_mode != FT_PIXEL_MODE_BGRA || !drawn->buffer) return COLOURFONT_NO_COLOUR;
    *bitmap = (colourfont_bitmap){drawn->buffer, (int)drawn->width, (int)drawn->rows, drawn->pitch};
    return 0;
}

void colourfont_version(int *major, int *minor, int *patch) {
    *major = *minor = *patch = 0;
    FT_Library library;
    if (FT_Init_FreeType(&library) != 0) return;
    FT_Library_Version(library, major, minor, patch);
    FT_Done_FreeType(library);
}
