// The functions of OpenSSL's libcrypto that Rhumb calls.
#include "../trampoline.h"

LATE(LATE_CRYPTO, CRYPTO_memcmp)
LATE(LATE_CRYPTO, EVP_DigestFinal_ex)
LATE(LATE_CRYPTO, EVP_DigestInit_ex)
LATE(LATE_CRYPTO, EVP_DigestUpdate)
LATE(LATE_CRYPTO, EVP_MD_CTX_free)
LATE(LATE_CRYPTO, EVP_MD_CTX_new)
LATE(LATE_CRYPTO, EVP_sha1)
LATE(LATE_CRYPTO, EVP_sha256)
LATE(LATE_CRYPTO, HMAC)
