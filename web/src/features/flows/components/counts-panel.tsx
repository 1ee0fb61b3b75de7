import { ReloadOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { useFormat } from "../../../locales/format";
import type { NodeCounts } from "../model/counts";
import { NodeCountsRow } from "./node-counts-row";
import { PeriodForm } from "./period-form";
import type { Counting } from "./use-counting";
import { useFlowWords } from "./words";

interface Props {
  counting: Counting;
  /** The version that is counted; none where none was published. */
  version: number | undefined;
  onSelect: (node: string) => void;
}

/** What callers did on the days chosen: by which exit they left, where they waited and hung up. */
export function CountsPanel({ counting, version, onSelect }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useFlowWords();
  const failureText = useFailureText();
  const { counts, comparison, failure } = counting;
  const list = (label: string, nodes: readonly NodeCounts[], select?: (node: string) => void) =>
    nodes.length > 0 && (
      <>
        <h3 className="flow-form-section">{label}</h3>
        <ul className="flow-tests" aria-label={label}>
          {nodes.map((node) => (
            <NodeCountsRow key={node.node} node={node} onSelect={select} />
          ))}
        </ul>
      </>
    );
  return (
    <aside className="flow-inspector" aria-label={t("flow.counts.title")}>
      <div className="flow-form">
        <h2 className="flow-form-title">{t("flow.counts.title")}</h2>
        <PeriodForm choice={counting.choice} onChoice={counting.choose} />
        <div className="flow-row">
          <p role="status" className="muted flow-grow" aria-busy={counting.busy}>
            {version === undefined
              ? t("flow.counts.neverPublished")
              : counts?.version != null &&
                t("flow.counts.of", {
                  version: counts.version,
                  from: counts.days.from,
                  to: counts.days.to,
                })}
          </p>
          <Button
            aria-label={t("common.refresh")}
            title={t("common.refresh")}
            icon={<ReloadOutlined spin={counting.busy} />}
            onClick={counting.refresh}
          />
        </div>
        {failure != null && <Alert type="error" showIcon title={failureText(failure)} />}
        {comparison && (
          <>
            {counts?.nodes.length === 0 && <p>{t("flow.counts.nobody")}</p>}
            {list(t("flow.counts.nodes"), comparison.drawn, onSelect)}
            {list(t("flow.counts.within"), comparison.within)}
            {list(t("flow.counts.lost"), comparison.lost)}
            {comparison.lostExits.length > 0 && (
              <>
                <h3 className="flow-form-section">{t("flow.counts.lostExits")}</h3>
                <dl className="flow-values">
                  {comparison.lostExits.map(({ node, exit, callers }) => (
                    <div key={JSON.stringify([node, exit])}>
                      <dt>{`${node} → ${words.exit(exit)}`}</dt>
                      <dd>{format.number(callers)}</dd>
                    </div>
                  ))}
                </dl>
              </>
            )}
          </>
        )}
      </div>
    </aside>
  );
}
