import { Button, Dropdown, Table, Typography, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../locales/format";
import type { Stranger, Trunk } from "../api/trunks";

interface Props {
  strangers: Stranger[];
  trunks: Trunk[];
  /** A source is to be one of this trunk's, or of a new one. */
  onAdd: (source: string, trunk: Trunk | "new") => void;
}

/** Who called and belongs to no trunk: what to look at when a carrier's calls do not come through. */
export function StrangerTable({ strangers, trunks, onAdd }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: TableColumnsType<Stranger> = [
    { title: t("stranger.source"), className: "figure", dataIndex: "source" },
    {
      title: t("stranger.calls"),
      className: "figure",
      align: "right",
      render: (_, { calls }) => format.number(calls),
    },
    {
      title: t("stranger.lastAt"),
      className: "figure",
      render: (_, { last_at }) => format.instant(last_at),
    },
    { title: t("stranger.dialled"), className: "figure", dataIndex: "dialled" },
    {
      title: t("common.actions"),
      align: "right",
      render: (_, { source }) => (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [
              ...trunks.map(({ id, settings }) => ({ key: id, label: settings.name })),
              { key: "new", label: t("trunk.addTitle") },
            ],
            onClick: ({ key }) => {
              onAdd(source, trunks.find(({ id }) => id === key) ?? "new");
            },
          }}
        >
          <Button size="small" aria-label={t("stranger.addNamed", { source })}>
            {t("stranger.add")}
          </Button>
        </Dropdown>
      ),
    },
  ];
  return (
    <section aria-label={t("stranger.title")}>
      <Typography.Title level={2} className="section-title">
        {t("stranger.title")}
      </Typography.Title>
      <p className="form-lead">{t("stranger.lead")}</p>
      <Table<Stranger>
        rowKey="source"
        size="middle"
        columns={columns}
        dataSource={strangers}
        pagination={false}
        scroll={{ x: "max-content" }}
      />
    </section>
  );
}
