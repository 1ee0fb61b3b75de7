import { App, Button, Empty, Popconfirm, Space, Table, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { useDeleteTimeScheme, type TimeScheme } from "../api/time-schemes";
import { clock } from "../values";

interface Props {
  schemes: TimeScheme[];
  loading: boolean;
  /** What happens when somebody wants to change one; nobody may if missing. */
  onEdit?: (scheme: TimeScheme) => void;
}

export function TimeSchemeTable({ schemes, loading, onEdit }: Props) {
  const { t } = useTranslation();
  const none = t("common.none");
  const columns: TableColumnsType<TimeScheme> = [
    { title: t("timeScheme.name"), dataIndex: "name" },
    {
      title: t("timeScheme.hours"),
      render: (_, { hours }) =>
        hours.length === 0
          ? none
          : hours.map(({ days, from, to }, index) => (
              <div key={index}>
                {days.map((day) => t(`timeScheme.short.${day}`)).join(" ")}{" "}
                <span className="figure">
                  {clock(from)} – {clock(to)}
                </span>
              </div>
            )),
    },
    {
      title: t("timeScheme.holidays"),
      render: (_, { holidays }) => holidays?.map(({ name }) => name).join(", ") || none,
    },
    {
      title: t("timeScheme.usedBy"),
      render: (_, { used_by }) => used_by.join(", ") || none,
    },
  ];
  if (onEdit) {
    columns.push({
      title: t("common.actions"),
      align: "right",
      render: (_, scheme) => <Actions scheme={scheme} onEdit={onEdit} />,
    });
  }
  return (
    <Table<TimeScheme>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={schemes}
      loading={loading}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty description={t("timeScheme.none")} /> }}
    />
  );
}

interface ActionsProps {
  scheme: TimeScheme;
  onEdit: (scheme: TimeScheme) => void;
}

function Actions({ scheme, onEdit }: ActionsProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const textOf = useFailureText();
  const removal = useDeleteTimeScheme();
  const named = { name: scheme.name };
  return (
    <Space>
      <Button
        size="small"
        aria-label={t("timeScheme.editNamed", named)}
        onClick={() => {
          onEdit(scheme);
        }}
      >
        {t("timeScheme.edit")}
      </Button>
      <Popconfirm
        title={t("timeScheme.deleteAsk", named)}
        description={t("timeScheme.deleteHint")}
        okText={t("timeScheme.delete")}
        cancelText={t("timeScheme.cancel")}
        okButtonProps={{ danger: true }}
        onConfirm={() => {
          removal.mutate(scheme, {
            onError: (failure) => void message.error(textOf(failure)),
          });
        }}
      >
        <Button
          size="small"
          danger
          loading={removal.isPending}
          aria-label={t("timeScheme.deleteNamed", named)}
        >
          {t("timeScheme.delete")}
        </Button>
      </Popconfirm>
    </Space>
  );
}
