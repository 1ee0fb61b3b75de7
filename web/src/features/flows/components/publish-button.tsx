import { App, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { refusalOf, testsFailed, usePublish } from "../api/flows";
import type { FlowDocument } from "../model/document";
import type { FlowProblem } from "../model/problems";
import type { Saving } from "./save-state";

interface Props {
  flow: string;
  document: FlowDocument;
  problems: readonly FlowProblem[];
  saving: Saving;
}

/** Saves what is drawn and lets callers enter it, or lists everything that is in the way. */
export function PublishButton({ flow, document, problems, saving }: Props) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const failureText = useFailureText();
  const publish = usePublish(flow);

  const refuse = (reasons: readonly FlowProblem[], byTests = false) => {
    modal.error({
      title: t(byTests ? "flow.tests.refused" : "flow.refused"),
      content: (
        <ul>
          {reasons.map((problem) => (
            <li key={problem.path + problem.message}>
              {!byTests && <strong>{problem.node ?? t("flow.wholeFlow")}: </strong>}
              {problem.message}
            </li>
          ))}
        </ul>
      ),
    });
  };

  const go = async () => {
    if (problems.length > 0) {
      refuse(problems);
      return;
    }
    const version = document === saving.kept ? saving.version : await saving.save(document);
    if (version === undefined) {
      return;
    }
    try {
      const live = await publish.mutateAsync(version);
      void message.success(
        t(live.same ? "flow.unchanged" : "flow.published", { version: live.version }),
      );
    } catch (failure) {
      const reasons = refusalOf(failure);
      if (reasons.length > 0) {
        refuse(reasons, testsFailed(failure));
      } else {
        void message.error(failureText(failure));
      }
    }
  };

  return (
    <Popconfirm
      title={t("flow.publishAsk")}
      okText={t("flow.publish")}
      cancelText={t("trunk.cancel")}
      onConfirm={go}
    >
      <Button type="primary" loading={publish.isPending}>
        {t("flow.publish")}
      </Button>
    </Popconfirm>
  );
}
