import { App, Button, Empty, Popconfirm, Space, Table, Tag, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { useDeleteTrunkNumber, type TrunkNumber } from "../api/trunk-numbers";

interface Props {
  numbers: TrunkNumber[];
  loading: boolean;
  /** What happens when somebody wants to change one; nobody may if missing. */
  onEdit?: (number: TrunkNumber) => void;
}

export function TrunkNumberTable({ numbers, loading, onEdit }: Props) {
  const { t } = useTranslation();
  const none = t("common.none");
  const columns: TableColumnsType<TrunkNumber> = [
    { title: t("trunkNumber.number"), className: "figure", dataIndex: "number" },
    { title: t("trunkNumber.trunk"), render: (_, { trunk }) => trunk.name ?? none },
    {
      title: t("trunkNumber.destination"),
      render: (_, { destination }) => (
        <>
          <Tag>{t(`trunkNumber.to.${destination.to}`)}</Tag>
          {(destination.to === "flow" ? destination.flow.name : destination.queue.name) ?? none}
        </>
      ),
    },
    {
      title: t("trunkNumber.recorded"),
      render: (_, { recorded }) => t(recorded ? "common.yes" : "common.no"),
    },
  ];
  if (onEdit) {
    columns.push({
      title: t("common.actions"),
      align: "right",
      render: (_, number) => <Actions number={number} onEdit={onEdit} />,
    });
  }
  return (
    <Table<TrunkNumber>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={numbers}
      loading={loading}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty description={t("trunkNumber.none")} /> }}
    />
  );
}

interface ActionsProps {
  number: TrunkNumber;
  onEdit: (number: TrunkNumber) => void;
}

function Actions({ number, onEdit }: ActionsProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const textOf = useFailureText();
  const removal = useDeleteTrunkNumber();
  const named = { number: number.number };
  return (
    <Space>
      <Button
        size="small"
        aria-label={t("trunkNumber.editNamed", named)}
        onClick={() => {
          onEdit(number);
        }}
      >
        {t("trunkNumber.edit")}
      </Button>
      <Popconfirm
        title={t("trunkNumber.deleteAsk", named)}
        description={t("trunkNumber.deleteHint")}
        okText={t("trunkNumber.delete")}
        cancelText={t("trunkNumber.cancel")}
        okButtonProps={{ danger: true }}
        onConfirm={() => {
          removal.mutate(number, {
            onError: (failure) => void message.error(textOf(failure)),
          });
        }}
      >
        <Button
          size="small"
          danger
          loading={removal.isPending}
          aria-label={t("trunkNumber.deleteNamed", named)}
        >
          {t("trunkNumber.delete")}
        </Button>
      </Popconfirm>
    </Space>
  );
}
