// The functions of libspng that Rhumb calls.
#include "../trampoline.h"

LATE(LATE_SPNG, spng_ctx_free)
LATE(LATE_SPNG, spng_ctx_new)
LATE(LATE_SPNG, spng_decode_chunks)
LATE(LATE_SPNG, spng_decode_image)
LATE(LATE_SPNG, spng_decoded_image_size)
LATE(LATE_SPNG, spng_encode_image)
LATE(LATE_SPNG, spng_get_ihdr)
LATE(LATE_SPNG, spng_get_png_buffer)
LATE(LATE_SPNG, spng_get_text)
LATE(LATE_SPNG, spng_set_chunk_limits)
LATE(LATE_SPNG, spng_set_ihdr)
LATE(LATE_SPNG, spng_set_image_limits)
LATE(LATE_SPNG, spng_set_option)
LATE(LATE_SPNG, spng_set_png_buffer)
LATE(LATE_SPNG, spng_set_text)
LATE(LATE_SPNG, spng_strerror)
