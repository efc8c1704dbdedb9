include (GNUInstallDirs)
