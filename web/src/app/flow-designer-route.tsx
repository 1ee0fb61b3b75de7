import { getRouteApi } from "@tanstack/react-router";
import { DesignerPage } from "../features/flows/components/designer-page";
import { useAppearance } from "./appearance";

const route = getRouteApi("/inside/flows/$id");

/** The version that is looked at lives in the address. */
export function FlowDesignerRoute() {
  const { id } = route.useParams();
  const { version } = route.useSearch();
  const navigate = route.useNavigate();
  const { appearance } = useAppearance();
  return (
    <DesignerPage
      key={id}
      id={id}
      version={version}
      appearance={appearance}
      onVersion={(wanted) => {
        void navigate({ search: wanted === undefined ? {} : { version: wanted } });
      }}
    />
  );
}
