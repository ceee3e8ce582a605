#ifndef SESSIONIZER_CZSTD_H
#define SESSIONIZER_CZSTD_H
#include <zstd.h>
#endif
