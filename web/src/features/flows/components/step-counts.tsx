import { useTranslation } from "react-i18next";
import { useFormat } from "../../../locales/format";
import { useDesigning } from "./designing";

/** How many callers entered a node and hung up in it, below the node. */
export function StepCounts({ id }: { id: string }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const counts = useDesigning().counted.nodes.get(id);
  if (!counts) {
    return null;
  }
  return (
    <span className={`flow-step-counted${counts.hung_up > 0 ? " flow-step-left" : ""}`}>
      {t("flow.counts.onNode", {
        entered: number(counts.entered),
        hungUp: number(counts.hung_up),
      })}
    </span>
  );
}
