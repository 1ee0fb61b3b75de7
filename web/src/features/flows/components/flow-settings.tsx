import { Input, Select, Typography } from "antd";
import type { Dispatch } from "react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Act } from "../model/designer";
import { LANGUAGES, NAME_CHARS, isRecord, type FlowDocument } from "../model/document";
import type { FlowProblem } from "../model/problems";
import { useDesigning } from "./designing";
import { SpeechSettings } from "./speech-settings";
import { TableEditor } from "./table-editor";

interface Props {
  document: FlowDocument;
  problems: readonly FlowProblem[];
  act: Dispatch<Act>;
}

/** What belongs to the whole flow: name, language, where it starts, its variables. */
export function FlowSettings({ document, problems, act }: Props) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  const ids = { name: useId(), language: useId(), start: useId() };
  const edit = (changed: Partial<FlowDocument>, change?: string) => {
    act({ act: "edit", document: { ...document, ...changed }, ...(change && { change }) });
  };
  return (
    <div className="flow-form">
      <h2 className="flow-form-title">{t("flow.wholeFlow")}</h2>
      <p className="muted">{t("flow.nothingSelected")}</p>
      {problems
        .filter(({ node }) => node == null)
        .map((problem) => (
          <Typography.Text
            type="danger"
            key={problem.path + problem.message}
            className="flow-wrong"
          >
            {problem.message}
          </Typography.Text>
        ))}
      <div className="flow-field" data-field="name">
        <label className="flow-field-label" htmlFor={ids.name}>
          {t("flow.name")}
        </label>
        <Input
          id={ids.name}
          value={document.name}
          maxLength={NAME_CHARS}
          disabled={readOnly}
          onChange={(event) => {
            edit({ name: event.target.value }, "name");
          }}
        />
      </div>
      <div className="flow-field" data-field="language">
        <label className="flow-field-label" htmlFor={ids.language}>
          {t("flow.fields.language")}
        </label>
        <Select
          id={ids.language}
          className="flow-wide"
          value={document.language}
          disabled={readOnly}
          options={LANGUAGES.map((tag) => ({ value: tag, label: t(`flow.choices.${tag}`) }))}
          onChange={(language: string) => {
            edit({ language });
          }}
        />
      </div>
      <div className="flow-field" data-field="start">
        <label className="flow-field-label" htmlFor={ids.start}>
          {t("flow.startNode")}
        </label>
        <Select
          id={ids.start}
          className="flow-wide"
          showSearch
          value={document.start}
          disabled={readOnly}
          options={Object.keys(document.nodes)
            .sort()
            .map((id) => ({ value: id, label: id }))}
          onChange={(start: string) => {
            edit({ start });
          }}
        />
      </div>
      <SpeechSettings
        speech={document.speech}
        onChange={(speech) => {
          edit({ speech });
        }}
      />
      <section className="flow-field" data-field="variables" aria-label={t("flow.variables")}>
        <h3 className="flow-form-section">{t("flow.variables")}</h3>
        <TableEditor
          name={t("flow.variables")}
          max={256}
          value={document.variables}
          onChange={(fields) => {
            const variables = Object.fromEntries(
              Object.entries(fields).map(([name, text]) => [
                name,
                isRecord(text) || text === null ? "" : String(text),
              ]),
            );
            edit({ variables }, "variables");
          }}
        />
      </section>
    </div>
  );
}
