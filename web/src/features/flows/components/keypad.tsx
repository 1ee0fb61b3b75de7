import { Button, Switch } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { endingsOf, pressed, type Trace } from "../model/simulation";
import { KeyButtons } from "./key-buttons";
import type { Trying } from "./use-trying";

interface Props {
  trying: Trying;
  trace: Trace;
}

/** The caller's telephone: keys by click or by keyboard, silence, hanging up, one step back. */
export function Keypad({ trying, trace }: Props) {
  const { t } = useTranslation();
  const label = useId();
  const [interrupts, setInterrupts] = useState(false);
  const { what } = trace.awaited;
  const listens = what === "key" || what === "speech";
  const over = what === "over";
  const press = (key: string) => {
    trying.move(pressed(key, interrupts));
  };
  return (
    <>
      <KeyButtons disabled={!listens} onPress={press} />
      <div className="flow-row">
        <Switch
          size="small"
          checked={interrupts}
          aria-labelledby={label}
          onChange={setInterrupts}
        />
        <span id={label}>{t("flow.simulation.interrupt")}</span>
      </div>
      <div className="flow-moves">
        <Button
          disabled={!listens}
          onClick={() => {
            trying.move({ deed: { silence: 1 } });
          }}
        >
          {t("flow.simulation.silence")}
        </Button>
        <Button
          danger
          disabled={over}
          onClick={() => {
            trying.move({ deed: "hang_up" });
          }}
        >
          {t("flow.simulation.hangUp")}
        </Button>
        <Button disabled={!trying.back} onClick={trying.back}>
          {t("flow.simulation.back")}
        </Button>
      </div>
      <Endings trying={trying} trace={trace} />
    </>
  );
}

/** How it ends where the caller was handed over. */
function Endings({ trying, trace }: Props) {
  const { t } = useTranslation();
  const node = trace.steps.at(-1)?.node;
  const endings = endingsOf(trace.awaited.what);
  return node === undefined || endings.length === 0 ? null : (
    <section aria-label={t("flow.simulation.endings")}>
      <h3 className="flow-form-section">{t("flow.simulation.endings")}</h3>
      <div className="flow-moves">
        {endings.map((end) => (
          <Button
            key={end}
            size="small"
            onClick={() => {
              trying.move({ node, end });
            }}
          >
            {t(`flow.simulation.ends.${end}`)}
          </Button>
        ))}
      </div>
    </section>
  );
}
