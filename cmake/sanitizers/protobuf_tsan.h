// Included before everything in a thread-sanitizer build. Debian's protobuf was built without the two race detectors
// that its MapFieldBase gets under ThreadSanitizer; with them, our objects would have another layout than the
// library's.
#pragma once

#include <memory>  // libstdc++ must still know that it is under ThreadSanitizer.

#pragma push_macro("__SANITIZE_THREAD__")
#undef __SANITIZE_THREAD__
#include <google/protobuf/map_field.h>
#pragma pop_macro("__SANITIZE_THREAD__")
