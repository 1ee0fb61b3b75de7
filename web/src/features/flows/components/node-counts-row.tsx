import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../locales/format";
import { meanOf, type NodeCounts } from "../model/counts";
import { useFlowWords } from "./words";

interface Props {
  node: NodeCounts;
  onSelect: ((node: string) => void) | undefined;
}

const SECOND_MS = 1_000;
const OTHERS = ["hung_up", "answered", "cut_off", "still_there"] as const;

/** One node: how often it was entered, how it was left, who stayed, and how long. */
export function NodeCountsRow({ node, onSelect }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useFlowWords();
  const mean = meanOf(node);
  const rows = [
    ...node.exits.map(({ exit, callers }) => ({ name: `→ ${words.exit(exit)}`, callers })),
    ...OTHERS.filter((other) => node[other] > 0).map((other) => ({
      name: t(`flow.counts.${other}`),
      callers: node[other],
    })),
  ];
  return (
    <li data-testid={`counts-${node.node}`}>
      <div className="flow-row">
        {onSelect ? (
          <Button
            type="link"
            size="small"
            onClick={() => {
              onSelect(node.node);
            }}
          >
            {node.node}
          </Button>
        ) : (
          <strong>{node.node}</strong>
        )}
        <span className="muted">
          {t("flow.counts.entered", { callers: format.number(node.entered) })}
          {mean !== undefined &&
            ` · ${t("flow.counts.mean", { seconds: (mean / SECOND_MS).toFixed(1) })}`}
        </span>
      </div>
      <dl className="flow-values">
        {rows.map(({ name, callers }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{format.number(callers)}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
