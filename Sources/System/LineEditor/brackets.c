// Which bracket belongs to which.
#include <stdlib.h>
#include <wchar.h>

#include "editor.h"

static wchar_t opening_of(wchar_t closing) {
    return closing == L')' ? L'(' : closing == L']' ? L'[' : closing == L'}' ? L'{' : L'\0';
}

const wchar_t *matching_bracket(const LineInfoW *block) {
    const wchar_t *last = block->cursor - 1;
    if (block->cursor == block->buffer || !opening_of(*last)) return NULL;
    // Strings and comments are read from the start, as only from there they are known for such.
    size_t count = 0, room = (size_t)(block->cursor - block->buffer);
    const wchar_t **open = malloc(room * sizeof *open), *found = NULL;
    bool in_string = false, in_comment = false;
    for (const wchar_t *c = block->buffer; open && c <= last; c++) {
        if (*c == L'\n') in_comment = false;
        if (in_comment) continue;
        if (in_string) {
            if (*c == L'\\') c++;
            else if (*c == L'"') in_string = false;
            continue;
        }
        if (*c == L'"') in_string = true;
        else if (*c == L'#') in_comment = true;
        else if (*c == L'(' || *c == L'[' || *c == L'{') open[count++] = c;
        else if (opening_of(*c)) {
            found = count > 0 && *open[count - 1] == opening_of(*c) ? open[count - 1] : NULL;
            if (count > 0) count--;
            if (c == last) break;
            found = NULL;
        }
    }
    free(open);
    return in_string || in_comment ? NULL : found;
}
