/** The Lucide icons in use (ISC). A new one is one import and one line here. */
import arrowDown from 'lucide-static/icons/arrow-down.svg?raw'
import arrowDownUp from 'lucide-static/icons/arrow-down-up.svg?raw'
import arrowLeft from 'lucide-static/icons/arrow-left.svg?raw'
import arrowUp from 'lucide-static/icons/arrow-up.svg?raw'
import atSign from 'lucide-static/icons/at-sign.svg?raw'
import audioLines from 'lucide-static/icons/audio-lines.svg?raw'
import bell from 'lucide-static/icons/bell.svg?raw'
import bellOff from 'lucide-static/icons/bell-off.svg?raw'
import bold from 'lucide-static/icons/bold.svg?raw'
import box from 'lucide-static/icons/box.svg?raw'
import camera from 'lucide-static/icons/camera.svg?raw'
import check from 'lucide-static/icons/check.svg?raw'
import checkCheck from 'lucide-static/icons/check-check.svg?raw'
import chevronDown from 'lucide-static/icons/chevron-down.svg?raw'
import chevronLeft from 'lucide-static/icons/chevron-left.svg?raw'
import chevronRight from 'lucide-static/icons/chevron-right.svg?raw'
import chevronUp from 'lucide-static/icons/chevron-up.svg?raw'
import chevronsUpDown from 'lucide-static/icons/chevrons-up-down.svg?raw'
import circleAlert from 'lucide-static/icons/circle-alert.svg?raw'
import circleDot from 'lucide-static/icons/circle-dot.svg?raw'
import clock from 'lucide-static/icons/clock.svg?raw'
import cloud from 'lucide-static/icons/cloud.svg?raw'
import cloudCheck from 'lucide-static/icons/cloud-check.svg?raw'
import cloudOff from 'lucide-static/icons/cloud-off.svg?raw'
import code from 'lucide-static/icons/code.svg?raw'
import copy from 'lucide-static/icons/copy.svg?raw'
import download from 'lucide-static/icons/download.svg?raw'
import ellipsis from 'lucide-static/icons/ellipsis.svg?raw'
import externalLink from 'lucide-static/icons/external-link.svg?raw'
import eye from 'lucide-static/icons/eye.svg?raw'
import eyeOff from 'lucide-static/icons/eye-off.svg?raw'
import file from 'lucide-static/icons/file.svg?raw'
import fileArchive from 'lucide-static/icons/file-archive.svg?raw'
import fileText from 'lucide-static/icons/file-text.svg?raw'
import files from 'lucide-static/icons/files.svg?raw'
import folder from 'lucide-static/icons/folder.svg?raw'
import folderLock from 'lucide-static/icons/folder-lock.svg?raw'
import folderOpen from 'lucide-static/icons/folder-open.svg?raw'
import galleryVerticalEnd from 'lucide-static/icons/gallery-vertical-end.svg?raw'
import globe from 'lucide-static/icons/globe.svg?raw'
import grid from 'lucide-static/icons/grid.svg?raw'
import hardDrive from 'lucide-static/icons/hard-drive.svg?raw'
import hash from 'lucide-static/icons/hash.svg?raw'
import headphones from 'lucide-static/icons/headphones.svg?raw'
import image from 'lucide-static/icons/image.svg?raw'
import imageOff from 'lucide-static/icons/image-off.svg?raw'
import info from 'lucide-static/icons/info.svg?raw'
import italic from 'lucide-static/icons/italic.svg?raw'
import keyRound from 'lucide-static/icons/key-round.svg?raw'
import keyboard from 'lucide-static/icons/keyboard.svg?raw'
import languages from 'lucide-static/icons/languages.svg?raw'
import layoutGrid from 'lucide-static/icons/layout-grid.svg?raw'
import link from 'lucide-static/icons/link.svg?raw'
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
import panelRight from 'lucide-static/icons/panel-right.svg?raw'
import paperclip from 'lucide-static/icons/paperclip.svg?raw'
import pause from 'lucide-static/icons/pause.svg?raw'
import pencil from 'lucide-static/icons/pencil.svg?raw'
import phone from 'lucide-static/icons/phone.svg?raw'
import phoneIncoming from 'lucide-static/icons/phone-incoming.svg?raw'
import phoneMissed from 'lucide-static/icons/phone-missed.svg?raw'
import phoneOff from 'lucide-static/icons/phone-off.svg?raw'
import phoneOutgoing from 'lucide-static/icons/phone-outgoing.svg?raw'
import pictureInPicture2 from 'lucide-static/icons/picture-in-picture-2.svg?raw'
import pin from 'lucide-static/icons/pin.svg?raw'
import pinOff from 'lucide-static/icons/pin-off.svg?raw'
import play from 'lucide-static/icons/play.svg?raw'
import plus from 'lucide-static/icons/plus.svg?raw'
import printer from 'lucide-static/icons/printer.svg?raw'
import quote from 'lucide-static/icons/quote.svg?raw'
import refreshCw from 'lucide-static/icons/refresh-cw.svg?raw'
import reply from 'lucide-static/icons/reply.svg?raw'
import rotateCw from 'lucide-static/icons/rotate-cw.svg?raw'
import save from 'lucide-static/icons/save.svg?raw'
import screenShare from 'lucide-static/icons/screen-share.svg?raw'
import screenShareOff from 'lucide-static/icons/screen-share-off.svg?raw'
import search from 'lucide-static/icons/search.svg?raw'
import send from 'lucide-static/icons/send.svg?raw'
import server from 'lucide-static/icons/server.svg?raw'
import settings from 'lucide-static/icons/settings.svg?raw'
import share from 'lucide-static/icons/share.svg?raw'
import sheet from 'lucide-static/icons/sheet.svg?raw'
import shield from 'lucide-static/icons/shield.svg?raw'
import shieldAlert from 'lucide-static/icons/shield-alert.svg?raw'
import shieldCheck from 'lucide-static/icons/shield-check.svg?raw'
import smartphone from 'lucide-static/icons/smartphone.svg?raw'
import smile from 'lucide-static/icons/smile.svg?raw'
import smilePlus from 'lucide-static/icons/smile-plus.svg?raw'
import speaker from 'lucide-static/icons/speaker.svg?raw'
import squarePen from 'lucide-static/icons/square-pen.svg?raw'
import star from 'lucide-static/icons/star.svg?raw'
import strikethrough from 'lucide-static/icons/strikethrough.svg?raw'
import sunMoon from 'lucide-static/icons/sun-moon.svg?raw'
import trash2 from 'lucide-static/icons/trash-2.svg?raw'
import type from 'lucide-static/icons/type.svg?raw'
import undo2 from 'lucide-static/icons/undo-2.svg?raw'
import upload from 'lucide-static/icons/upload.svg?raw'
import user from 'lucide-static/icons/user.svg?raw'
import userPlus from 'lucide-static/icons/user-plus.svg?raw'
import users from 'lucide-static/icons/users.svg?raw'
import video from 'lucide-static/icons/video.svg?raw'
import videoOff from 'lucide-static/icons/video-off.svg?raw'
import volume2 from 'lucide-static/icons/volume-2.svg?raw'
import wifiOff from 'lucide-static/icons/wifi-off.svg?raw'
import x from 'lucide-static/icons/x.svg?raw'

export const icons: Record<string, string> = {
  'arrow-down': arrowDown,
  'arrow-down-up': arrowDownUp,
  'arrow-left': arrowLeft,
  'arrow-up': arrowUp,
  'at-sign': atSign,
  'audio-lines': audioLines,
  bell,
  'bell-off': bellOff,
  bold,
  box,
  camera,
  check,
  'check-check': checkCheck,
  'chevron-down': chevronDown,
  'chevron-left': chevronLeft,
  'chevron-right': chevronRight,
  'chevron-up': chevronUp,
  'chevrons-up-down': chevronsUpDown,
  'circle-alert': circleAlert,
  'circle-dot': circleDot,
  clock,
  cloud,
  'cloud-check': cloudCheck,
  'cloud-off': cloudOff,
  code,
  copy,
  download,
  ellipsis,
  'external-link': externalLink,
  eye,
  'eye-off': eyeOff,
  file,
  'file-archive': fileArchive,
  'file-text': fileText,
  files,
  folder,
  'folder-lock': folderLock,
  'folder-open': folderOpen,
  'gallery-vertical-end': galleryVerticalEnd,
  globe,
  grid,
  'hard-drive': hardDrive,
  hash,
  headphones,
  image,
  'image-off': imageOff,
  info,
  italic,
  'key-round': keyRound,
  keyboard,
  languages,
  'layout-grid': layoutGrid,
  link,
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
  'panel-right': panelRight,
  paperclip,
  pause,
  pencil,
  phone,
  'phone-incoming': phoneIncoming,
  'phone-missed': phoneMissed,
  'phone-off': phoneOff,
  'phone-outgoing': phoneOutgoing,
  'picture-in-picture-2': pictureInPicture2,
  pin,
  'pin-off': pinOff,
  play,
  plus,
  printer,
  quote,
  'refresh-cw': refreshCw,
  reply,
  'rotate-cw': rotateCw,
  save,
  'screen-share': screenShare,
  'screen-share-off': screenShareOff,
  search,
  send,
  server,
  settings,
  share,
  sheet,
  shield,
  'shield-alert': shieldAlert,
  'shield-check': shieldCheck,
  smartphone,
  smile,
  'smile-plus': smilePlus,
  speaker,
  'square-pen': squarePen,
  star,
  strikethrough,
  'sun-moon': sunMoon,
  'trash-2': trash2,
  type,
  'undo-2': undo2,
  upload,
  user,
  'user-plus': userPlus,
  users,
  video,
  'video-off': videoOff,
  'volume-2': volume2,
  'wifi-off': wifiOff,
  x,
}
