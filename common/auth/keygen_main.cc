// Makes a key pair for tokens: yaoshi-keygen DIRECTORY KID writes DIRECTORY/KID.key (mode 600) and DIRECTORY/KID.pub.
#include <cstdio>

#include "common/auth/token.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: yaoshi-keygen DIRECTORY KID\n");
    return 2;
  }
  const absl::Status status = yaoshi::auth::GenerateKeyPair(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
