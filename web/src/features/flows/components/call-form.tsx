import { PhoneOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { AnswersForm } from "./answers-form";
import { StartVariables } from "./start-variables";
import type { Trying } from "./use-trying";

const FIELDS = ["caller", "called", "at"] as const;
const LONGEST = 64;

/** Who calls whom and when, before the call begins. */
export function CallForm({ trying }: { trying: Trying }) {
  const { t } = useTranslation();
  const id = useId();
  const { start, setStart } = trying;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        trying.begin();
      }}
    >
      <p className="muted">{t("flow.simulation.about")}</p>
      {FIELDS.map((field) => (
        <div key={field} className="flow-field">
          <label className="flow-field-label" htmlFor={id + field}>
            {t(`flow.simulation.${field}`)}
          </label>
          <Input
            id={id + field}
            type={field === "at" ? "datetime-local" : "text"}
            inputMode={field === "at" ? undefined : "tel"}
            maxLength={LONGEST}
            value={start[field]}
            onChange={(event) => {
              setStart({ ...start, [field]: event.target.value });
            }}
          />
        </div>
      ))}
      <StartVariables trying={trying} />
      <AnswersForm trying={trying} />
      <Button type="primary" htmlType="submit" icon={<PhoneOutlined aria-hidden />}>
        {t("flow.simulation.begin")}
      </Button>
    </form>
  );
}
