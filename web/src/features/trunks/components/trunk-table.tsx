import { App, Button, Empty, Popconfirm, Space, Table, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { useDeleteTrunk, type Trunk } from "../api/trunks";
import { GatewayStates, RegistrationState, TrunkState } from "./trunk-state";

interface Props {
  trunks: Trunk[];
  loading: boolean;
  /** What happens when somebody wants to change one; nobody may if missing. */
  onEdit?: (trunk: Trunk) => void;
}

/** What recognises a trunk's calls, in a few words. */
function sourcesOf({ inbound }: Trunk["settings"]): string {
  const account = inbound?.account ? [inbound.account.user] : [];
  return [...(inbound?.sources ?? []), ...(inbound?.tls_names ?? []), ...account].join(", ");
}

export function TrunkTable({ trunks, loading, onEdit }: Props) {
  const { t } = useTranslation();
  const none = t("common.none");
  const columns: TableColumnsType<Trunk> = [
    {
      title: t("trunk.name"),
      render: (_, trunk) =>
        onEdit ? (
          <Button
            type="link"
            className="cell-link"
            onClick={() => {
              onEdit(trunk);
            }}
          >
            {trunk.settings.name}
          </Button>
        ) : (
          trunk.settings.name
        ),
    },
    { title: t("trunk.state"), render: (_, trunk) => <TrunkState trunk={trunk} /> },
    {
      title: t("trunk.calls"),
      className: "figure",
      align: "right",
      render: (_, { status }) => status?.calls ?? none,
    },
    {
      title: t("trunk.recognised"),
      render: (_, { settings }) => sourcesOf(settings) || none,
    },
    {
      title: t("trunk.registration"),
      render: (_, { status }) =>
        status?.registration ? <RegistrationState state={status.registration} /> : none,
    },
    { title: t("trunk.gateways"), render: (_, trunk) => <GatewayStates trunk={trunk} /> },
  ];
  if (onEdit) {
    columns.push({
      title: t("common.actions"),
      align: "right",
      render: (_, trunk) => <Actions trunk={trunk} onEdit={onEdit} />,
    });
  }
  return (
    <Table<Trunk>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={trunks}
      loading={loading}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty description={t("trunk.none")} /> }}
    />
  );
}

function Actions({ trunk, onEdit }: { trunk: Trunk; onEdit: (trunk: Trunk) => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const textOf = useFailureText();
  const removal = useDeleteTrunk();
  const { name } = trunk.settings;
  return (
    <Space>
      <Button
        size="small"
        aria-label={t("trunk.editNamed", { name })}
        onClick={() => {
          onEdit(trunk);
        }}
      >
        {t("trunk.edit")}
      </Button>
      <Popconfirm
        title={t("trunk.deleteAsk", { name })}
        description={t("trunk.deleteHint")}
        okText={t("trunk.delete")}
        cancelText={t("trunk.cancel")}
        okButtonProps={{ danger: true }}
        onConfirm={() => {
          removal.mutate(trunk, {
            onError: (failure) => void message.error(textOf(failure)),
          });
        }}
      >
        <Button
          size="small"
          danger
          loading={removal.isPending}
          aria-label={t("trunk.deleteNamed", { name })}
        >
          {t("trunk.delete")}
        </Button>
      </Popconfirm>
    </Space>
  );
}
