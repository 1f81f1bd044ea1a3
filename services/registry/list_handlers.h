// ListService: the catalogue, the entries of lists at any date, adjustment orders and comparisons.
#pragma once

#include "common/rpc/service.h"
#include "services/registry/context.h"
#include "services/registry/convert.h"
#include "services/registry/list_catalogue_handlers.h"

namespace yaoshi::registry {

class ListHandlers {
 public:
  ListHandlers(const Context& context, ListCatalogueHandlers& catalogue) : context_(context), catalogue_(catalogue) {}
  rpc::BoundService Bind();

 private:
  absl::StatusOr<rpc::Bytes> ListEntries(rpc::Call& call, const v1::ListEntriesRequest& request);
  absl::StatusOr<v1::ListProjectEntriesResponse> ListProjectEntries(rpc::Call& call,
                                                                    const v1::ListProjectEntriesRequest& request);
  absl::StatusOr<v1::Adjustment> GetAdjustment(rpc::Call& call, const v1::GetAdjustmentRequest& request);
  absl::StatusOr<v1::ListAdjustmentsResponse> ListAdjustments(rpc::Call& call,
                                                              const v1::ListAdjustmentsRequest& request);

  const Context& context_;
  ListCatalogueHandlers& catalogue_;
};

}  // namespace yaoshi::registry
