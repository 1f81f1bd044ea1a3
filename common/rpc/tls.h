// Credentials from files, for servers and channels.
#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "common/rpc/server.h"

namespace yaoshi::rpc {

// Mutual TLS when the files are given, else plain text. Rotated files are read again by themselves.
std::shared_ptr<grpc::ServerCredentials> ServerCredentialsOf(const TlsFiles& files);
std::shared_ptr<grpc::ChannelCredentials> ChannelCredentialsOf(const TlsFiles& files);

}  // namespace yaoshi::rpc
