/** The Lucide icons in use (ISC). A new one is one import and one line here. */
import arrowLeft from 'lucide-static/icons/arrow-left.svg?raw'
import audioLines from 'lucide-static/icons/audio-lines.svg?raw'
import bell from 'lucide-static/icons/bell.svg?raw'
import box from 'lucide-static/icons/box.svg?raw'
import camera from 'lucide-static/icons/camera.svg?raw'
import check from 'lucide-static/icons/check.svg?raw'
import chevronDown from 'lucide-static/icons/chevron-down.svg?raw'
import chevronLeft from 'lucide-static/icons/chevron-left.svg?raw'
import chevronRight from 'lucide-static/icons/chevron-right.svg?raw'
import chevronUp from 'lucide-static/icons/chevron-up.svg?raw'
import chevronsUpDown from 'lucide-static/icons/chevrons-up-down.svg?raw'
import circleAlert from 'lucide-static/icons/circle-alert.svg?raw'
import circleDot from 'lucide-static/icons/circle-dot.svg?raw'
import cloud from 'lucide-static/icons/cloud.svg?raw'
import cloudOff from 'lucide-static/icons/cloud-off.svg?raw'
import download from 'lucide-static/icons/download.svg?raw'
import externalLink from 'lucide-static/icons/external-link.svg?raw'
import file from 'lucide-static/icons/file.svg?raw'
import fileArchive from 'lucide-static/icons/file-archive.svg?raw'
import fileText from 'lucide-static/icons/file-text.svg?raw'
import files from 'lucide-static/icons/files.svg?raw'
import folder from 'lucide-static/icons/folder.svg?raw'
import folderLock from 'lucide-static/icons/folder-lock.svg?raw'
import galleryVerticalEnd from 'lucide-static/icons/gallery-vertical-end.svg?raw'
import grid from 'lucide-static/icons/grid.svg?raw'
import hardDrive from 'lucide-static/icons/hard-drive.svg?raw'
import headphones from 'lucide-static/icons/headphones.svg?raw'
import image from 'lucide-static/icons/image.svg?raw'
import info from 'lucide-static/icons/info.svg?raw'
import layoutGrid from 'lucide-static/icons/layout-grid.svg?raw'
import list from 'lucide-static/icons/list.svg?raw'
import lock from 'lucide-static/icons/lock.svg?raw'
import lockOpen from 'lucide-static/icons/lock-open.svg?raw'
import logOut from 'lucide-static/icons/log-out.svg?raw'
import maximize from 'lucide-static/icons/maximize.svg?raw'
import maximize2 from 'lucide-static/icons/maximize-2.svg?raw'
import messageCircle from 'lucide-static/icons/message-circle.svg?raw'
import mic from 'lucide-static/icons/mic.svg?raw'
import micOff from 'lucide-static/icons/mic-off.svg?raw'
import minimize from 'lucide-static/icons/minimize.svg?raw'
import monitor from 'lucide-static/icons/monitor.svg?raw'
import monitorSmartphone from 'lucide-static/icons/monitor-smartphone.svg?raw'
import pause from 'lucide-static/icons/pause.svg?raw'
import pencil from 'lucide-static/icons/pencil.svg?raw'
import phone from 'lucide-static/icons/phone.svg?raw'
import phoneIncoming from 'lucide-static/icons/phone-incoming.svg?raw'
import phoneMissed from 'lucide-static/icons/phone-missed.svg?raw'
import phoneOff from 'lucide-static/icons/phone-off.svg?raw'
import phoneOutgoing from 'lucide-static/icons/phone-outgoing.svg?raw'
import play from 'lucide-static/icons/play.svg?raw'
import rotateCw from 'lucide-static/icons/rotate-cw.svg?raw'
import screenShare from 'lucide-static/icons/screen-share.svg?raw'
import screenShareOff from 'lucide-static/icons/screen-share-off.svg?raw'
import search from 'lucide-static/icons/search.svg?raw'
import server from 'lucide-static/icons/server.svg?raw'
import settings from 'lucide-static/icons/settings.svg?raw'
import share from 'lucide-static/icons/share.svg?raw'
import sheet from 'lucide-static/icons/sheet.svg?raw'
import shield from 'lucide-static/icons/shield.svg?raw'
import shieldCheck from 'lucide-static/icons/shield-check.svg?raw'
import speaker from 'lucide-static/icons/speaker.svg?raw'
import sunMoon from 'lucide-static/icons/sun-moon.svg?raw'
import trash2 from 'lucide-static/icons/trash-2.svg?raw'
import upload from 'lucide-static/icons/upload.svg?raw'
import users from 'lucide-static/icons/users.svg?raw'
import video from 'lucide-static/icons/video.svg?raw'
import videoOff from 'lucide-static/icons/video-off.svg?raw'
import volume2 from 'lucide-static/icons/volume-2.svg?raw'
import wifiOff from 'lucide-static/icons/wifi-off.svg?raw'
import x from 'lucide-static/icons/x.svg?raw'

export const icons: Record<string, string> = {
  'arrow-left': arrowLeft,
  'audio-lines': audioLines,
  bell,
  box,
  camera,
  check,
  'chevron-down': chevronDown,
  'chevron-left': chevronLeft,
  'chevron-right': chevronRight,
  'chevron-up': chevronUp,
  'chevrons-up-down': chevronsUpDown,
  'circle-alert': circleAlert,
  'circle-dot': circleDot,
  cloud,
  'cloud-off': cloudOff,
  download,
  'external-link': externalLink,
  file,
  'file-archive': fileArchive,
  'file-text': fileText,
  files,
  folder,
  'folder-lock': folderLock,
  'gallery-vertical-end': galleryVerticalEnd,
  grid,
  'hard-drive': hardDrive,
  headphones,
  image,
  info,
  'layout-grid': layoutGrid,
  list,
  lock,
  'lock-open': lockOpen,
  'log-out': logOut,
  maximize,
  'maximize-2': maximize2,
  'message-circle': messageCircle,
  mic,
  'mic-off': micOff,
  minimize,
  monitor,
  'monitor-smartphone': monitorSmartphone,
  pause,
  pencil,
  phone,
  'phone-incoming': phoneIncoming,
  'phone-missed': phoneMissed,
  'phone-off': phoneOff,
  'phone-outgoing': phoneOutgoing,
  play,
  'rotate-cw': rotateCw,
  'screen-share': screenShare,
  'screen-share-off': screenShareOff,
  search,
  server,
  settings,
  share,
  sheet,
  shield,
  'shield-check': shieldCheck,
  speaker,
  'sun-moon': sunMoon,
  'trash-2': trash2,
  upload,
  users,
  video,
  'video-off': videoOff,
  'volume-2': volume2,
  'wifi-off': wifiOff,
  x,
}
