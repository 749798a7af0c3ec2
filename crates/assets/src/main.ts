// The console's whole script. Every element starts itself when it enters the page, so nothing has
// to be started again after a swap. Without this file every page still works as links and forms.
import "./swap";
import "./keys";
import "./dialogs";
import "./once";
import "./elements/chart";
import "./elements/copy";
import "./elements/drop";
import "./elements/menu";
import "./elements/palette";
import "./elements/poll";
import "./elements/select";
import "./elements/table";
import "./elements/theme";
import "./elements/toast";
