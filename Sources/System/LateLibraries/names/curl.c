// The functions of libcurl that Rhumb calls.
#include "../trampoline.h"

LATE(LATE_CURL, curl_easy_cleanup)
LATE(LATE_CURL, curl_easy_getinfo)
LATE(LATE_CURL, curl_easy_init)
LATE(LATE_CURL, curl_easy_perform)
LATE(LATE_CURL, curl_easy_reset)
LATE(LATE_CURL, curl_easy_setopt)
LATE(LATE_CURL, curl_easy_strerror)
LATE(LATE_CURL, curl_free)
LATE(LATE_CURL, curl_global_init)
LATE(LATE_CURL, curl_slist_append)
LATE(LATE_CURL, curl_slist_free_all)
LATE(LATE_CURL, curl_url)
LATE(LATE_CURL, curl_url_cleanup)
LATE(LATE_CURL, curl_url_get)
LATE(LATE_CURL, curl_url_set)
