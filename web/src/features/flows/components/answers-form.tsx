import { Input, InputNumber } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { NO_QUEUE, NOTHING_SAID, isJson, type CallStart } from "../model/simulation";
import type { Trying } from "./use-trying";

const LONGEST = 65_536;
const COUNTED = ["waiting", "longest_wait", "agents", "free"] as const;

/** What other systems answer and how queues are, for the nodes that ask. */
export function AnswersForm({ trying }: { trying: Trying }) {
  const { start, setStart, asked } = trying;
  return (
    <>
      {asked.systems.map((node) => (
        <Answer key={node} node={node} start={start} setStart={setStart} />
      ))}
      {asked.queues.map((queue) => (
        <QueueNow key={queue} queue={queue} start={start} setStart={setStart} />
      ))}
    </>
  );
}

interface Props {
  start: CallStart;
  setStart: (start: CallStart) => void;
}

function Answer({ node, start, setStart }: Props & { node: string }) {
  const { t } = useTranslation();
  const id = useId();
  const said = start.answers[node] ?? NOTHING_SAID;
  const wrong = said.json.trim() !== "" && !isJson(said.json);
  const change = (changed: Partial<typeof said>) => {
    setStart({ ...start, answers: { ...start.answers, [node]: { ...said, ...changed } } });
  };
  return (
    <fieldset className="flow-field form-rows">
      <legend className="flow-field-label">{t("flow.simulation.answerOf", { node })}</legend>
      <label className="flow-field-label" htmlFor={`${id}status`}>
        {t("flow.simulation.status")}
      </label>
      <InputNumber
        id={`${id}status`}
        min={100}
        max={599}
        precision={0}
        value={said.status}
        onChange={(status) => {
          change({ status: status ?? NOTHING_SAID.status });
        }}
      />
      <label className="flow-field-label" htmlFor={`${id}json`}>
        {t("flow.simulation.json")}
      </label>
      <Input.TextArea
        id={`${id}json`}
        autoSize={{ minRows: 2, maxRows: 8 }}
        maxLength={LONGEST}
        status={wrong ? "error" : ""}
        aria-invalid={wrong}
        aria-describedby={`${id}hint`}
        value={said.json}
        onChange={(event) => {
          change({ json: event.target.value });
        }}
      />
      <p id={`${id}hint`} className="form-hint">
        {t(wrong ? "flow.simulation.noJson" : "flow.simulation.answerHint")}
      </p>
    </fieldset>
  );
}

function QueueNow({ queue, start, setStart }: Props & { queue: string }) {
  const { t } = useTranslation();
  const id = useId();
  const now = start.queues[queue] ?? NO_QUEUE;
  return (
    <fieldset className="flow-field form-rows">
      <legend className="flow-field-label">{t("flow.simulation.queueNow", { queue })}</legend>
      {COUNTED.map((count) => (
        <div key={count} className="flow-field">
          <label className="flow-field-label" htmlFor={id + count}>
            {t(`flow.simulation.counts.${count}`)}
          </label>
          <InputNumber
            id={id + count}
            min={0}
            max={100_000}
            precision={0}
            value={now[count]}
            onChange={(value) => {
              setStart({
                ...start,
                queues: { ...start.queues, [queue]: { ...now, [count]: value ?? 0 } },
              });
            }}
          />
        </div>
      ))}
    </fieldset>
  );
}
