// Mutual TLS with certificates made on the spot.
#include "common/rpc/tls.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "common/rpc/echo_testing.h"
#include "common/rpc/testing.h"
#include "common/status/status.h"

namespace yaoshi::rpc {
namespace {

using testing::CityOffice;
using testing::TestServer;

struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// A certificate for the DNS name `name` and 127.0.0.1, signed by `authority`, or an authority itself when that is null.
Identity MakeIdentity(const std::string& name, const Identity* authority, int serial) {
  Identity identity{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {X509_new(), X509_free}};
  X509* certificate = identity.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, identity.key.get());
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  const Identity& issuer = authority == nullptr ? identity : *authority;
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get()));
  AddExtension(certificate, issuer.certificate.get(), NID_basic_constraints,
               authority == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  if (authority != nullptr) {
    AddExtension(certificate, issuer.certificate.get(), NID_subject_alt_name, "DNS:" + name + ",IP:127.0.0.1");
  }
  X509_sign(certificate, issuer.key.get(), EVP_sha256());
  return identity;
}

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "yaoshi-tls-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // The files of a peer whose certificate `authority` signed, and which trusts `authority`.
  TlsFiles Files(const std::string& name, const Identity& authority) {
    const Identity identity = MakeIdentity(name, &authority, ++serial_);
    const TlsFiles files{Path(), Path(), Path()};
    Write(files.certificate, [&](FILE* file) { PEM_write_X509(file, identity.certificate.get()); });
    Write(files.authority, [&](FILE* file) { PEM_write_X509(file, authority.certificate.get()); });
    Write(files.key,
          [&](FILE* file) { PEM_write_PrivateKey(file, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    return files;
  }

  absl::Status CallWith(const TestServer& server, const TlsFiles& files) {
    const auto channel = Channel::Open({.target = server.target(), .tls = files, .keepalive_without_calls = false});
    return channel->Call<Echo>(kGetEcho, GetOf("a"), server.As(CityOffice())).status();
  }

 private:
  std::string Path() { return directory_ + "/" + std::to_string(++files_) + ".pem"; }
  template <class F>
  static void Write(const std::string& path, F write) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "w"), fclose);
    write(file.get());
  }

  std::string directory_;
  int files_ = 0;
  int serial_ = 1;
};

TEST_F(TlsTest, OnlyAllowedPeersOfTheAuthorityEnter) {
  const Identity authority = MakeIdentity("Authority", nullptr, 1), stranger = MakeIdentity("Stranger", nullptr, 1);
  ServerOptions options = TestServer::DefaultOptions();
  options.tls = Files("registry", authority);
  options.allowed_peers = {"gateway", "funding"};
  TestServer server(BindEcho(), options);

  EXPECT_EQ(CallWith(server, TlsFiles()).code(), absl::StatusCode::kUnavailable);                  // Plain text.
  EXPECT_EQ(CallWith(server, Files("gateway", stranger)).code(), absl::StatusCode::kUnavailable);  // Other authority.
  const absl::Status refused = CallWith(server, Files("assessment", authority));
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(refused), "PEER_NOT_ALLOWED");
  const absl::Status entered = CallWith(server, Files("gateway", authority));
  EXPECT_TRUE(entered.ok()) << entered;
}

}  // namespace
}  // namespace yaoshi::rpc
