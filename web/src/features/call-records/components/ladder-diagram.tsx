import { useState, type CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../locales/format";
import { keyOf, partiesOf, titleOf, type LadderMessage } from "../ladder";

interface Props {
  messages: LadderMessage[];
}

/** A sequence diagram: a column a party, an arrow a message; a click shows the message. */
export function LadderDiagram({ messages }: Props) {
  const { t } = useTranslation();
  const [picked, setPicked] = useState<number>();
  const { left, right } = partiesOf(messages);
  const us = left.length;
  const columns = us + 1 + right.length;
  const columnOf = new Map([
    ...left.map((party, at) => [keyOf(party), at] as const),
    ...right.map((party, at) => [keyOf(party), us + 1 + at] as const),
  ]);
  const shown = picked === undefined ? undefined : messages[picked];
  const style: CSSProperties & Record<"--columns", number> = { "--columns": columns };
  return (
    <div className="ladder" style={style}>
      <div className="ladder-heads">
        {[...left, undefined, ...right].map((party) => (
          <div key={party ? keyOf(party) : "us"} className={party ? "" : "ladder-us"}>
            <strong>
              {!party
                ? t("ladder.us")
                : party.leg === 0
                  ? t("ladder.customer")
                  : t("ladder.leg", { nth: party.leg + 1 })}
            </strong>
            <span className="muted">{party?.remote ?? messages[0]?.local}</span>
          </div>
        ))}
      </div>
      <ol className="ladder-steps" aria-label={t("ladder.label")}>
        {messages.map((message, at) => (
          <Step
            key={`${String(at)} ${message.at}`}
            message={message}
            us={us}
            them={columnOf.get(keyOf(message)) ?? us}
            picked={at === picked}
            onPick={() => {
              setPicked(at === picked ? undefined : at);
            }}
          />
        ))}
      </ol>
      {shown ? (
        <pre className="ladder-text" role="region" aria-label={t("ladder.message")} tabIndex={0}>
          {shown.text}
        </pre>
      ) : (
        <p className="muted">{t("ladder.pick")}</p>
      )}
    </div>
  );
}

interface StepProps {
  message: LadderMessage;
  us: number;
  them: number;
  picked: boolean;
  onPick: () => void;
}

function Step({ message, us, them, picked, onPick }: StepProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const sent = message.direction === "sent";
  const rightwards = sent === them > us;
  const at = format.time(message.at);
  const line = titleOf(message);
  const { remote } = message;
  const style: CSSProperties = {
    gridColumn: `${String(Math.min(us, them) + 1)} / ${String(Math.max(us, them) + 2)}`,
    // The arrow runs from the middle of one column to the middle of another.
    margin: `0 calc(50% / ${String(Math.abs(us - them) + 1)})`,
  };
  return (
    <li>
      <button
        type="button"
        style={style}
        className={`ladder-step ${rightwards ? "rightwards" : "leftwards"}`}
        aria-pressed={picked}
        aria-label={t(sent ? "ladder.sent" : "ladder.received", { at, remote, line })}
        title={`${at} · ${message.transport.toUpperCase()}`}
        onClick={onPick}
      >
        {line}
      </button>
    </li>
  );
}
