// The coloured bitmaps of a font, through FreeType. Used by one thread at a time.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct colourfont colourfont;

/// A bitmap of the font's own size. It is the font's, and valid until the next call with that font.
typedef struct {
    const uint8_t *bgra;  // rows of `width` pixels, four bytes each
    int width, height;
    int pitch;  // bytes from a row to the next
} colourfont_bitmap;

enum {
    COLOURFONT_NO_BITMAPS = -1,  // a font of outlines
    COLOURFONT_NO_GLYPH = -2,    // nothing for this character
    COLOURFONT_NO_COLOUR = -3,   // a bitmap, but not in colour
};

/// Opens the first face of a font file, in the first of its sizes.
///
/// - Returns: NULL where that fails; `code` is then one of the above, or FreeType's own error, which is above 0.
colourfont *colourfont_open(const char *path, int *code);
void colourfont_close(colourfont *font);

/// The bitmap of a character.
///
/// - Returns: 0, one of the above, or FreeType's own error.
int colourfont_draw(colourfont *font, uint32_t character, colourfont_bitmap *bitmap);

/// FreeType's version; zeros if the library can't be used.
void colourfont_version(int *major, int *minor, int *patch);

#ifdef __cplusplus
}
#endif
