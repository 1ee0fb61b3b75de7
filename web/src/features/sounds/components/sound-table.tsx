import { CustomerServiceOutlined } from "@ant-design/icons";
import { Button, Empty, Table, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Player } from "../../../components/player";
import { clockOfMs, useFormat } from "../../../locales/format";
import { audioAddress, type Sound } from "../api/sounds";
import { SoundActions } from "./sound-actions";

interface Props {
  sounds: Sound[];
  loading: boolean;
  editable: boolean;
}

export function SoundTable({ sounds, loading, editable }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const none = t("common.none");
  const columns: TableColumnsType<Sound> = [
    { title: t("sound.name"), dataIndex: "name" },
    {
      title: t("sound.length"),
      align: "right",
      render: (_, { length_ms }) => <span className="figure">{clockOfMs(length_ms)}</span>,
    },
    {
      title: t("sound.changedAt"),
      render: (_, { changed_at }) => <span className="figure">{format.instant(changed_at)}</span>,
    },
    { title: t("sound.changedBy"), render: (_, { changed_by }) => changed_by.name ?? none },
    { title: t("sound.usedBy"), render: (_, { used_by }) => used_by.join(", ") || none },
  ];
  if (editable) {
    columns.push({
      title: t("common.actions"),
      align: "right",
      render: (_, sound) => <SoundActions sound={sound} />,
    });
  }
  return (
    <Table<Sound>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={sounds}
      loading={loading}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty description={t("sound.none")} /> }}
      expandable={{
        columnTitle: t("sound.listen"),
        expandedRowRender: (sound) => <Player key={sound.version} source={audioAddress(sound)} />,
        expandIcon: ({ expanded, onExpand, record }) => (
          <Button
            size="small"
            shape="circle"
            icon={<CustomerServiceOutlined aria-hidden />}
            aria-expanded={expanded}
            aria-label={t("sound.listenNamed", { name: record.name })}
            onClick={(event) => {
              onExpand(record, event);
            }}
          />
        ),
      }}
    />
  );
}
