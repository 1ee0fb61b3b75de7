import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Fields, Value } from "../model/document";
import { asFields } from "../model/values";
import { useDesigning } from "./designing";
import { TELEPHONE_KEYS } from "./keys-editor";

const SCORES = Array.from({ length: 11 }, (_, score) => ({ value: score, label: String(score) }));

interface Props {
  /** What it holds, for the name of its button. */
  name: string;
  value: Value | undefined;
  onChange: (value: Fields) => void;
}

/** Keys of a telephone with the score that each stands for. */
export function ScoresEditor({ name, value, onChange }: Props) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  const scores = asFields(value);
  const used = Object.keys(scores);
  const unused = TELEPHONE_KEYS.filter((key) => !used.includes(key));
  const rows = [...TELEPHONE_KEYS.filter((key) => used.includes(key))];
  rows.push(...used.filter((key) => !TELEPHONE_KEYS.includes(key)));
  const renamed = (old: string, key: string) =>
    Object.fromEntries(rows.map((row) => [row === old ? key : row, scores[row] ?? null]));
  return (
    <div className="flow-entries">
      {rows.map((key) => (
        <div className="flow-row" key={key}>
          <Select
            aria-label={t("flow.fields.keys")}
            size="small"
            disabled={readOnly}
            value={key}
            options={[key, ...unused].map((other) => ({ value: other, label: other }))}
            onChange={(other) => {
              onChange(renamed(key, other));
            }}
          />
          <Select
            aria-label={t("flow.valueOf", { name: key })}
            className="flow-grow"
            size="small"
            disabled={readOnly}
            value={typeof scores[key] === "number" ? scores[key] : undefined}
            options={SCORES}
            onChange={(score) => {
              onChange({ ...scores, [key]: score ?? null });
            }}
          />
          {!readOnly && (
            <Button
              type="text"
              size="small"
              aria-label={`${t("flow.remove")}: ${key}`}
              icon={<DeleteOutlined />}
              onClick={() => {
                const left = rows.filter((other) => other !== key);
                onChange(Object.fromEntries(left.map((other) => [other, scores[other] ?? null])));
              }}
            />
          )}
        </div>
      ))}
      {!readOnly && unused.length > 0 && (
        <Button
          size="small"
          aria-label={`${t("flow.addEntry")}: ${name}`}
          icon={<PlusOutlined aria-hidden />}
          onClick={() => {
            onChange({ ...scores, [unused[0] ?? "1"]: 1 });
          }}
        >
          {t("flow.addEntry")}
        </Button>
      )}
    </div>
  );
}
