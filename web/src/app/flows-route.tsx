import { useNavigate } from "@tanstack/react-router";
import { FlowsPage } from "../features/flows/components/flows-page";

export function FlowsRoute() {
  const navigate = useNavigate();
  return (
    <FlowsPage
      onOpen={(id) => {
        void navigate({ to: "/flows/$id", params: { id } });
      }}
    />
  );
}
