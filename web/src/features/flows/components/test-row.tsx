import { CheckCircleFilled, CloseCircleFilled, DeleteOutlined } from "@ant-design/icons";
import { Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import type { TestOutcome } from "../api/tests";

interface Props {
  name: string;
  outcome: TestOutcome | undefined;
  onDelete: () => void;
}

/** One test with what came of it, and what differs where it failed. */
export function TestRow({ name, outcome, onDelete }: Props) {
  const { t } = useTranslation();
  return (
    <li>
      <div className="flow-row">
        {outcome && (
          <span className={outcome.passed ? "flow-good" : "flow-bad"}>
            {outcome.passed ? <CheckCircleFilled aria-hidden /> : <CloseCircleFilled aria-hidden />}{" "}
            {t(outcome.passed ? "flow.tests.pass" : "flow.tests.fail")}
          </span>
        )}
        <strong className="flow-grow">{name}</strong>
        <Popconfirm
          title={t("flow.tests.deleteAsk", { name })}
          okText={t("flow.delete")}
          cancelText={t("trunk.cancel")}
          onConfirm={onDelete}
        >
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined aria-hidden />}
            aria-label={t("flow.tests.delete", { name })}
          />
        </Popconfirm>
      </div>
      {outcome?.differences.map(({ what, expected, got }) => (
        <dl key={what} className="flow-values">
          <div>
            <dt>{t("flow.tests.expected", { what })}</dt>
            <dd>{expected}</dd>
          </div>
          <div>
            <dt>{t("flow.tests.got")}</dt>
            <dd>{got}</dd>
          </div>
        </dl>
      ))}
    </li>
  );
}
