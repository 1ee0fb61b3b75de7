import { Alert, Button, Drawer, Form, Space, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RequestFailed } from "../../../api/client";
import { Failure } from "../../../components/failure";
import { useSaveTrunk, type Trunk } from "../api/trunks";
import { fieldOf, settingsOf, valuesOf, type Values } from "../values";
import { DialingFields } from "./dialing-fields";
import { IdentityFields } from "./identity-fields";
import { InboundFields } from "./inbound-fields";
import { MediaFields } from "./media-fields";
import { OutboundFields } from "./outbound-fields";
import { RulesFields } from "./rules-fields";

interface Props {
  /** The trunk to change; a new one is made if missing. */
  trunk: Trunk | undefined;
  /** A source that is to be added to those of the trunk. */
  source?: string | undefined;
  onClose: () => void;
}

const PARTS = ["inbound", "outbound", "rules", "dialing", "identity", "media"] as const;
type Part = (typeof PARTS)[number];

/** On which page of the form the field of a pointer is. */
function partOf(pointer: string | undefined): Part {
  const first = pointer?.split("/")[1];
  return PARTS.find((part) => part === first) ?? "inbound";
}

export function TrunkDrawer({ trunk, source, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm();
  const [part, setPart] = useState<Part>("inbound");
  const save = useSaveTrunk(trunk);
  const refuse = (failure: unknown) => {
    const errors = failure instanceof RequestFailed ? (failure.problem?.errors ?? []) : [];
    form.setFields(
      errors.map(({ pointer, detail }) => ({ name: fieldOf(pointer), errors: [detail] })),
    );
    if (errors.length > 0) {
      setPart(partOf(errors[0]?.pointer));
    }
  };
  const pages = {
    inbound: <InboundFields />,
    outbound: <OutboundFields stored={trunk?.settings.outbound?.credentials != null} />,
    rules: <RulesFields />,
    dialing: <DialingFields />,
    identity: <IdentityFields />,
    media: <MediaFields />,
  };
  return (
    <Drawer
      open
      size={760}
      onClose={onClose}
      title={trunk ? t("trunk.editTitle", { name: trunk.settings.name }) : t("trunk.addTitle")}
      footer={
        <Space className="drawer-foot">
          <Button onClick={onClose}>{t("trunk.cancel")}</Button>
          <Button type="primary" loading={save.isPending} onClick={form.submit}>
            {t("trunk.save")}
          </Button>
        </Space>
      }
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={valuesOf(trunk?.settings, source)}
        onFinish={() => {
          const values: Values = form.getFieldsValue(true);
          save.mutate(settingsOf(values), { onSuccess: onClose, onError: refuse });
        }}
        onFinishFailed={({ errorFields }) => {
          setPart(partOf(`/${String(errorFields[0]?.name[0] ?? "")}`));
        }}
      >
        {trunk?.password_lost && (
          <Alert type="error" showIcon className="form-alert" title={t("trunk.passwordLost")} />
        )}
        {save.error && (
          <div className="form-alert">
            <Failure failure={save.error} />
          </div>
        )}
        <Tabs
          activeKey={part}
          onChange={(key) => {
            setPart(partOf(`/${key}`));
          }}
          items={PARTS.map((key) => ({
            key,
            label: t(`trunk.parts.${key}`),
            forceRender: true,
            children: pages[key],
          }))}
        />
      </Form>
    </Drawer>
  );
}
