import { Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { QUICK_PERIODS, type PeriodChoice } from "../model/counts";

interface Props {
  choice: PeriodChoice;
  onChoice: (choice: PeriodChoice) => void;
}

const KINDS = [...QUICK_PERIODS, "custom"] as const;
const DAYS = ["from", "to"] as const;

/** Which days are looked at: a quick range, or the first and the last of one's own. */
export function PeriodForm({ choice, onChoice }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const wrong = choice.from !== "" && choice.to !== "" && choice.to < choice.from;
  return (
    <>
      <label htmlFor={id}>{t("flow.counts.period")}</label>
      <Select
        id={id}
        className="flow-wide"
        value={choice.kind}
        options={KINDS.map((kind) => ({ value: kind, label: t(`flow.counts.periods.${kind}`) }))}
        onChange={(kind) => {
          onChoice({ ...choice, kind });
        }}
      />
      {choice.kind === "custom" && (
        <div className="flow-row">
          {DAYS.map((day) => (
            <label key={day} className="flow-grow">
              {t(`flow.counts.${day}`)}
              <Input
                type="date"
                value={choice[day]}
                status={wrong ? "error" : ""}
                aria-invalid={wrong}
                onChange={({ target }) => {
                  onChoice({ ...choice, [day]: target.value });
                }}
              />
            </label>
          ))}
        </div>
      )}
    </>
  );
}
