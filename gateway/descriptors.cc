#include "gateway/descriptors.h"

// The assembler takes the file in as it is; DESCRIPTOR_SET is the path that the build wrote it to.
__asm__(
    ".section .rodata\n"
    ".global yaoshi_descriptor_set_begin\n"
    ".global yaoshi_descriptor_set_end\n"
    "yaoshi_descriptor_set_begin:\n"
    ".incbin \"" DESCRIPTOR_SET
    "\"\n"
    "yaoshi_descriptor_set_end:\n"
    ".byte 0\n"
    ".text\n");

extern "C" {
extern const char yaoshi_descriptor_set_begin[];
extern const char yaoshi_descriptor_set_end[];
}

namespace yaoshi::gateway {

std::string_view DescriptorSet() {
  return {yaoshi_descriptor_set_begin,
          static_cast<std::size_t>(yaoshi_descriptor_set_end - yaoshi_descriptor_set_begin)};
}

}  // namespace yaoshi::gateway
