// The conformance cases as bytes, so that the binary can be moved; see BuiltInDialects.c. A new file is three lines here
// and its name in the list below; a test looks whether one is missing.
#include "ConformanceCaseFiles.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define ENTRY(name, bytes) {name, bytes, sizeof bytes}

static const unsigned char sessions[] = {
#embed "../BackendConformance/Cases/Files/sessions.json"
};
static const unsigned char boundary[] = {
#embed "../BackendConformance/Cases/Files/boundary.json"
};
static const unsigned char keys[] = {
#embed "../BackendConformance/Cases/Files/keys.json"
};
static const unsigned char order[] = {
#embed "../BackendConformance/Cases/Files/order.json"
};
static const unsigned char time_zones[] = {
#embed "../BackendConformance/Cases/Files/time-zones.json"
};
static const unsigned char bad_rows[] = {
#embed "../BackendConformance/Cases/Files/bad-rows.json"
};
static const unsigned char late[] = {
#embed "../BackendConformance/Cases/Files/late.json"
};
static const unsigned char sources[] = {
#embed "../BackendConformance/Cases/Files/sources.json"
};
static const unsigned char values[] = {
#embed "../BackendConformance/Cases/Files/values.json"
};

static const struct ConformanceFile files[] = {
    ENTRY("sessions", sessions), ENTRY("boundary", boundary), ENTRY("keys", keys),
    ENTRY("order", order), ENTRY("time-zones", time_zones), ENTRY("bad-rows", bad_rows),
    ENTRY("late", late), ENTRY("sources", sources), ENTRY("values", values),
};

const struct ConformanceFile *const conformanceCaseFiles = files;
const size_t conformanceCaseFileCount = sizeof files / sizeof files[0];

static const unsigned char oracle[] = {
#embed "../BackendConformance/Cases/Overlays/oracle.json"
};
static const unsigned char exasol[] = {
#embed "../BackendConformance/Cases/Overlays/exasol.json"
};

static const struct ConformanceFile overlays[] = {
    ENTRY("oracle", oracle),
    ENTRY("exasol", exasol),
};

const struct ConformanceFile *const conformanceOverlays = overlays;
const size_t conformanceOverlayCount = sizeof overlays / sizeof overlays[0];
