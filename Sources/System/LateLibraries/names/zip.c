// The functions of libzip that Rhumb calls.
#include "../trampoline.h"

LATE(LATE_ZIP, zip_discard)
LATE(LATE_ZIP, zip_error_fini)
LATE(LATE_ZIP, zip_error_init_with_code)
LATE(LATE_ZIP, zip_error_strerror)
LATE(LATE_ZIP, zip_fclose)
LATE(LATE_ZIP, zip_file_strerror)
LATE(LATE_ZIP, zip_fopen_index)
LATE(LATE_ZIP, zip_fread)
LATE(LATE_ZIP, zip_fseek)
LATE(LATE_ZIP, zip_get_num_entries)
LATE(LATE_ZIP, zip_open)
LATE(LATE_ZIP, zip_stat_index)
LATE(LATE_ZIP, zip_strerror)
