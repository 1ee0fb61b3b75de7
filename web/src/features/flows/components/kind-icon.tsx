import {
  ApartmentOutlined,
  CloudOutlined,
  CustomerServiceOutlined,
  EditOutlined,
  FormOutlined,
  FundOutlined,
  GlobalOutlined,
  MailOutlined,
  PhoneOutlined,
  PoweroffOutlined,
  QuestionOutlined,
  RobotOutlined,
  RollbackOutlined,
  ScheduleOutlined,
  SoundOutlined,
  StarOutlined,
  SubnodeOutlined,
  TableOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import type { ComponentType } from "react";

const ICONS: Record<string, ComponentType> = {
  play: SoundOutlined,
  language: GlobalOutlined,
  menu: TableOutlined,
  collect: FormOutlined,
  voicemail: MailOutlined,
  survey: StarOutlined,
  set: EditOutlined,
  branch: ApartmentOutlined,
  schedule: ScheduleOutlined,
  http: CloudOutlined,
  queue_state: FundOutlined,
  subflow: SubnodeOutlined,
  return: RollbackOutlined,
  queue: TeamOutlined,
  agent: CustomerServiceOutlined,
  number: PhoneOutlined,
  stream: RobotOutlined,
  hangup: PoweroffOutlined,
};

export function KindIcon({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? QuestionOutlined;
  return (
    <span className="flow-kind-icon" aria-hidden>
      <Icon />
    </span>
  );
}
