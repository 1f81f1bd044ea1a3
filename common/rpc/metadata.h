// Names of the metadata that travels beside a request.
#pragma once

#include <string_view>

namespace yaoshi::rpc {

// "Bearer <token>" of the caller.
inline constexpr std::string_view kAuthorizationKey = "authorization";
// What a write answers (trailing) and a read passes (request): see ServerOptions::wait_for_token.
inline constexpr std::string_view kConsistencyTokenKey = "yaoshi-consistency-token";
// W3C trace context.
inline constexpr std::string_view kTraceparentKey = "traceparent";
// The address of the person behind the gateway. Believed only from a service: the call's own token is a service's,
// or kGatewayTokenKey carries one.
inline constexpr std::string_view kForwardedForKey = "x-forwarded-for";
// The gateway's own service token, beside the person's token in kAuthorizationKey.
inline constexpr std::string_view kGatewayTokenKey = "yaoshi-gateway-token";
// The milliseconds after which a refused client may come back.
inline constexpr std::string_view kRetryPushbackKey = "grpc-retry-pushback-ms";
// The serialised google.rpc.Status.
inline constexpr std::string_view kStatusDetailsKey = "grpc-status-details-bin";

}  // namespace yaoshi::rpc
