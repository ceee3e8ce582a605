#ifndef SESSIONIZER_CBZIP2_H
#define SESSIONIZER_CBZIP2_H
#include <bzlib.h>
#endif
