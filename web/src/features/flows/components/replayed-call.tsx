import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Shapes } from "../../../api/client";
import { useFormat } from "../../../locales/format";
import { useFlowWords } from "./words";

interface Props {
  call: Shapes["FlowReplayDifference"];
  onSelect: (node: string) => void;
}

/** One call that takes another way: where the ways part, what happened and what would. */
export function ReplayedCall({ call, onSelect }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useFlowWords();
  const { node, started_at, version, happened, would } = call;
  const way = ({ exit, to }: Shapes["FlowReplayWay"]) =>
    [exit == null ? t("flow.replay.stays") : words.exit(exit), to]
      .filter((part) => part != null)
      .join(" → ");
  return (
    <li>
      <div className="flow-row">
        {node == null ? (
          <strong>{t("flow.start")}</strong>
        ) : (
          <Button
            type="link"
            size="small"
            onClick={() => {
              onSelect(node.split("/")[0] ?? node);
            }}
          >
            {node}
          </Button>
        )}
        <a
          className="muted"
          href={`/call-records?record=${call.call}&range=last30`}
          target="_blank"
          rel="noreferrer"
        >
          {format.instant(started_at)} · {t("flow.version", { version })}
        </a>
      </div>
      <dl className="flow-values">
        <div>
          <dt>{t("flow.replay.happened")}</dt>
          <dd>{way(happened)}</dd>
        </div>
        <div>
          <dt>{t("flow.replay.would")}</dt>
          <dd>{way(would)}</dd>
        </div>
      </dl>
    </li>
  );
}
