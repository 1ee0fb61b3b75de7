import { App, Button, Input, Modal } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { freeName, useKeepTests } from "../api/tests";
import { testOf, type PlayedCall, type Trace } from "../model/simulation";

interface Props {
  flow: string;
  call: PlayedCall;
  trace: Trace;
}

const NAME_CHARS = 200;

/** Keeps the call with the flow, as a test that expects what came of it. */
export function SaveAsTest({ flow, call, trace }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failureText = useFailureText();
  const id = useId();
  const [name, setName] = useState<string>();
  const keep = useKeepTests(flow);
  const go = async (wanted: string) => {
    try {
      await keep.mutateAsync(({ tests }) => ({
        tests: [...tests, testOf(freeName(wanted, tests), call, trace)],
      }));
      setName(undefined);
      void message.success(t("flow.tests.kept"));
    } catch (failure) {
      void message.error(failureText(failure));
    }
  };
  const wanted = name?.trim() ?? "";
  return (
    <>
      <Button
        type="primary"
        onClick={() => {
          setName(trace.steps.at(-1)?.node ?? "");
        }}
      >
        {t("flow.tests.saveAs")}
      </Button>
      <Modal
        open={name !== undefined}
        title={t("flow.tests.saveAs")}
        okText={t("flow.tests.keep")}
        okButtonProps={{ disabled: wanted === "" }}
        cancelText={t("trunk.cancel")}
        confirmLoading={keep.isPending}
        onOk={() => void go(wanted)}
        onCancel={() => {
          setName(undefined);
        }}
      >
        <p className="muted">{t("flow.tests.saveAsAbout")}</p>
        <label className="flow-field-label" htmlFor={id}>
          {t("flow.tests.name")}
        </label>
        <Input
          id={id}
          value={name ?? ""}
          maxLength={NAME_CHARS}
          onChange={(event) => {
            setName(event.target.value);
          }}
          onPressEnter={() => {
            if (wanted !== "") {
              void go(wanted);
            }
          }}
        />
      </Modal>
    </>
  );
}
