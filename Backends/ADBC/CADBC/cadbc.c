// The target has a header only; a C target must have a source.
#include "adbc.h"
