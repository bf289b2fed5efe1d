#include "gnuplotstream.h"
