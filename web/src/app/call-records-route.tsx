import { getRouteApi } from "@tanstack/react-router";
import { CallRecordsPage } from "../features/call-records/components/call-records-page";

const route = getRouteApi("/inside/call-records");

/** The filters and the open record live in the address, so that they can be kept and shared. */
export function CallRecordsRoute() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <CallRecordsPage
      search={search}
      onSearch={(wanted) => {
        void navigate({ search: wanted });
      }}
    />
  );
}
