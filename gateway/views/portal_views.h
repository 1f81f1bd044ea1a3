// PortalService: the views of the portal, out of the services' parts, kept as finished replies.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/rpc/client.h"
#include "gateway/memory.h"
#include "gateway/transcode/api.h"
#include "gateway/views/fan_out.h"
#include "gateway/views/overview.h"
#include "gateway/views/view_cache.h"
#include "yaoshi/gateway/v1/bulletin.pb.h"

namespace yaoshi::gateway {

// A view that somebody asks for, through whichever door.
struct ViewCall {
  std::string request;  // Serialised.
  auth::Principal principal;
  rpc::CallOptions options;  // For calls on behalf of the caller.
  ViewCache::Done done;      // Once, from any thread.
};

class PortalViews {
 public:
  // All must outlive this object; `feed_of` as FanOut has it.
  PortalViews(const Api& api, const std::map<std::string, Backend>& backends, const ConsistencyMemory& memory,
              const Clock& clock, std::function<const Feed*(const std::string&)> feed_of);

  void GetOverview(const ViewCall& call);
  void GetRegionPage(const ViewCall& call);
  void GetProjectPage(const ViewCall& call);
  void GetMyWork(const ViewCall& call);
  void GetBulletin(const ViewCall& call);
  void DownloadBulletin(const ViewCall& call);

  // Takes up a change of any service's feed.
  void Apply(const FeedChange& change);

 private:
  // How a view is made: what is asked, and what the answers become.
  struct Recipe {
    Basis basis;
    std::string_view type;  // "Overview": of the gateway's own messages.
    // Both only when nobody has made it yet; `ask` is told what `ask_first` brought, which may be left out.
    std::function<std::vector<PartAsk>(const std::vector<PartAnswer>& first)> ask;
    std::function<absl::StatusOr<std::string>(const std::vector<PartAnswer>&)> compose;  // Serialised.
    // As what file it is sent; FORMAT_UNSPECIFIED: as JSON. Only of a bulletin.
    v1::DownloadBulletinRequest::Format format = v1::DownloadBulletinRequest::FORMAT_UNSPECIFIED;
    std::function<std::vector<PartAsk>()> ask_first = nullptr;
  };
  void Serve(const ViewCall& call, Recipe recipe);
  // Chooses the main list first, when that is what is asked for. `asks` and `compose` are those of the overview itself
  // or of a page with one.
  template <class Asks, class Compose>
  void ServeOverview(const ViewCall& call, std::string_view type, const OverviewQuestion& question, Asks asks,
                     Compose compose);
  void ServeBulletin(const ViewCall& call, const v1::GetBulletinRequest& request,
                     v1::DownloadBulletinRequest::Format format);
  WriteTokens WritesOf(const ViewCall& call) const;
  void Ask(const ViewCall& call, std::vector<PartAsk> asks, const WriteTokens& writes,
           std::function<void(const std::vector<PartAnswer>&)> done);
  absl::StatusOr<Basis> BasisOf(const std::string& as_of, const std::string& known_at) const;

  const Api& api_;
  const std::map<std::string, Backend>& backends_;
  const ConsistencyMemory& memory_;
  const Clock& clock_;
  std::vector<std::string> services_;  // That have figures.
  FanOut fan_out_;
  ViewCache cache_;
};

}  // namespace yaoshi::gateway
