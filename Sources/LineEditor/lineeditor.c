#include "lineeditor.h"
