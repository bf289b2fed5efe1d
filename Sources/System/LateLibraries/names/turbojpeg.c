// The functions of TurboJPEG that Rhumb calls.
#include "../trampoline.h"

LATE(LATE_TURBOJPEG, tjCompress2)
LATE(LATE_TURBOJPEG, tjDecompress2)
LATE(LATE_TURBOJPEG, tjDecompressHeader3)
LATE(LATE_TURBOJPEG, tjDestroy)
LATE(LATE_TURBOJPEG, tjFree)
LATE(LATE_TURBOJPEG, tjGetErrorCode)
LATE(LATE_TURBOJPEG, tjGetErrorStr2)
LATE(LATE_TURBOJPEG, tjInitCompress)
LATE(LATE_TURBOJPEG, tjInitDecompress)
