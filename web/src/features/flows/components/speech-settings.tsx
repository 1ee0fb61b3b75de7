import { AutoComplete, Select } from "antd";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Fields } from "../model/document";
import { withSpeaker } from "../model/speech";
import { asFields, asText } from "../model/values";
import { useDesigning } from "./designing";

interface Props {
  speech: Fields;
  onChange: (speech: Fields) => void;
}

/** Which engine speaks which language of the flow; nothing where the server has none. */
export function SpeechSettings({ speech, onChange }: Props) {
  const { t } = useTranslation();
  const { readOnly, engines } = useDesigning();
  if (engines.length === 0 && Object.keys(speech).length === 0) {
    return null;
  }
  return (
    <section className="flow-field" data-field="speech" aria-label={t("flow.speech")}>
      <h3 className="flow-form-section">{t("flow.speech")}</h3>
      {LANGUAGES.map((language) => {
        const speaker = asFields(speech[language]);
        const known = engines.find(({ name }) => name === asText(speaker.engine));
        const name = t(`flow.choices.${language}`);
        return (
          <div key={language} className="flow-part">
            <Select
              className="flow-wide"
              aria-label={`${name}: ${t("flow.fields.engine")}`}
              disabled={readOnly}
              value={asText(speaker.engine)}
              options={[
                { value: "", label: `${name}: ${t("flow.nobodySpeaks")}` },
                ...engines.map((engine) => ({
                  value: engine.name,
                  label: `${name}: ${engine.name}`,
                })),
              ]}
              onChange={(engine: string) => {
                onChange(withSpeaker(speech, language, { engine }));
              }}
            />
            {asText(speaker.engine) !== "" && (
              <AutoComplete
                className="flow-wide"
                aria-label={`${name}: ${t("flow.fields.voice")}`}
                disabled={readOnly}
                value={asText(speaker.voice)}
                placeholder={t("flow.fields.voice")}
                options={known?.voices.map(({ name: voice }) => ({ value: voice })) ?? []}
                onChange={(voice: string) => {
                  onChange(withSpeaker(speech, language, { voice }));
                }}
              />
            )}
            {known?.fault != null && <p className="muted">{known.fault}</p>}
          </div>
        );
      })}
    </section>
  );
}
